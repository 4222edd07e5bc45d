"""What frameworks and people call settings, metrics, splits and clocks; `vocabulary.py` reads these tables.

Spellings are plain: lower case, words joined by one underscore. Left the one name, right the others.
"""

SETTING_NAMES = {
    "lr": "learning_rate base_lr lr0 init_lr initial_lr initial_learning_rate max_lr peak_lr optimizer_lr",
    "batch_size": "batch bs per_device_train_batch_size train_batch_size train_micro_batch_size_per_gpu batchsize",
    "epochs": "num_epochs num_train_epochs max_epochs n_epochs nb_epochs total_epochs",
    "max_steps": "total_steps max_iters num_steps max_iter train_iters num_training_steps n_steps total_timesteps",
    "optimizer": "optim optimizer_name opt optimizer_type optimizer_class",
    "weight_decay": "wd optimizer_weight_decay",
    "l1": "l1_reg l1_lambda l1_penalty",
    "l2": "l2_reg l2_lambda l2_penalty",
    "scheduler": "lr_scheduler_type lr_scheduler sched lr_schedule schedule",
    "warmup_steps": "num_warmup_steps warmup_iters warmup_iterations lr_warmup_steps",
    "grad_clip": "max_grad_norm gradient_clip_val clip_grad_norm clip_grad clip_norm gradient_clip max_norm clipnorm",
    "loss": "loss_fn criterion loss_function objective loss_type",
    "architecture": "arch model model_name model_type model_name_or_path backbone network net",
    "num_classes": "n_classes nb_classes num_labels classes nc",
    "train_size": "n_train num_train num_train_examples train_samples num_train_samples train_examples",
    "val_size": "n_val num_val num_eval_examples val_samples num_val_samples eval_examples",
    "test_size": "n_test num_test num_test_examples test_samples num_test_samples",
    "n_params": "num_params parameters num_parameters total_params trainable_params params",
    "dropout": "dropout_rate dropout_prob drop_rate hidden_dropout_prob p_dropout",
    "initialization": "init weight_init initializer kernel_initializer",
    "precision": "dtype mixed_precision amp_dtype torch_dtype",
    "seed": "random_seed random_state manual_seed seed_everything",
    "depth": "n_layers num_layers num_hidden_layers layers n_layer",
    "gradient_accumulation_steps": "accumulate_grad_batches grad_accum accumulation_steps",
    "label_smoothing": "label_smoothing_factor",
    "momentum": "sgd_momentum",
    "patience": "early_stopping_patience",
    "test_acc": "test_accuracy",
    "output_activation": "final_activation last_activation",
    "output_units": "out_features n_outputs num_outputs",
    "batch_norm": "batchnorm use_batch_norm use_bn",
    "testval_size": "test_like_val_size val_test_size test_val_size",
    "target_loss": "irreducible_loss",
    "human_error": "irreducible_error human_level_error bayes_error",
    "probe": "overfit_batch",
    "hidden_sizes": "hidden_units hidden_layer_sizes layer_sizes hidden_dims hidden_dim hidden_size n_hidden mlp_dims",
    "hidden_activations": "activation activations hidden_activation act",
}
TASK_NAMES = {
    "binary": "binary classification",
    "multiclass": "classification",
    "multiclass classification": "classification",
    "multilabel": "multilabel classification",
    "causal lm": "language modeling",
    "language modelling": "language modeling",
    "lm": "language modeling",
    "object detection": "detection",
    "detect": "detection",
    "segment": "segmentation",
    "semantic segmentation": "segmentation",
    "rl": "reinforcement learning",
    "gan": "generative",
    "finetuning": "fine-tuning",
    "fine tuning": "fine-tuning",
    "finetune": "fine-tuning",
    "classify": "classification",
}

# base name ← spellings, after split words are taken out; then direction and role of each base
LOWER = {
    "loss": "loss losses total_loss lm_loss mean_loss cost objective epoch_loss avg_loss running_loss ce_loss "
    "cross_entropy_loss cross_entropy celoss nll_loss l loss_total train_inner_loss",
    "nll": "nll negative_log_likelihood",
    "mse": "mse mean_squared_error l2_error",
    "rmse": "rmse root_mean_squared_error",
    "mae": "mae mean_absolute_error l1_error",
    "logloss": "logloss log_loss binary_logloss multi_logloss mlogloss",
    "perplexity": "perplexity ppl",
    "error": "error err error_rate top1_err top1_error classification_error",
    "wer": "wer word_error_rate",
    "cer": "cer character_error_rate",
    "bpb": "bpb bpc bits_per_byte bits_per_char",
    "fid": "fid fid50k fid50k_full",
}
HIGHER = {
    "acc": "acc accuracy top1 top_1 acc1 top1_acc top_1_acc acc_top1 top1_accuracy accuracy_top1 accuracy_top_1 "
    "categorical_accuracy sparse_categorical_accuracy binary_accuracy mean_acc avg_acc accuracy_score epoch_accuracy "
    "masked_accuracy balanced_accuracy acc_1 prec_1 overall_accuracy",
    "top5": "top5 top_5 acc5 top5_acc top_5_acc acc_top5 accuracy_top5 accuracy_top_5 acc_5 prec_5 "
    "top_k_categorical_accuracy",
    "f1": "f1 ents_f sents_f spans_sc_f f1_score macro_f1 micro_f1 f1_macro f1_micro f_score",
    "auc": "auc auroc roc_auc roc_auc_score mean_auc",
    "precision": "precision precision_b precision_macro macro_precision precision_weighted prec",
    "recall": "recall recall_b sensitivity recall_macro macro_recall recall_weighted rec",
    "map50": "map50 map_0_5 map50_b ap50 bbox_map_50 bbox_ap50 coco_bbox_map_50 coco_bbox_ap50",
    "map": "map map_0_5_0_95 map50_95 map50_95_b bbox_map bbox_ap coco_bbox_map coco_bbox_ap mean_average_precision ap "
    "average_precision",
    "iou": "iou miou mean_iou jaccard",
    "dice": "dice dice_score mean_dice dice_coef average_global_foreground_dice pseudo_dice",
    "bleu": "bleu sacrebleu",
    "rouge": "rouge rougel rouge1 rouge2 rougelsum",
    "r2": "r2 r2_score r_squared",
    "ssim": "ssim",
    "psnr": "psnr",
    "mcc": "mcc matthews_correlation",
    "cats_score": "cats_score",
    "pearson": "pearson pearsonr spearman spearmanr correlation",
    "reward": "reward ep_rew ep_rew_mean rollout_ep_rew_mean episode_reward episode_reward_mean mean_reward "
    "eval_mean_reward episodic_reward "
    "mean_episode_reward avg_reward episode_return mean_return episodic_return eprewmean return returns ep_return",
}
NEUTRAL = {
    "lr": "lr learning_rate lr_adam lr_sgd learningrate pg0 lr0 lr_pg0 x_lr0 lr_0 last_lr current_lr lr_rate cur_lr "
    "pg1 pg2 pg3 lr_pg1 lr_pg2 lr_pg3 lr1 lr2 lr_1 lr_2 x_lr1 x_lr2 adam_lr optimizer_lr lr_adamw",
    "grad_norm": "grad_norm gnorm gradient_norm grad_norm_mean total_grad_norm global_grad_norm norm grad_norm_avg "
    "grad_2_norm_total grad_norm_total",
    "grad_norm_max": "grad_norm_max max_grad_norm_seen",
    "grad_norm_first": "grad_norm_first",
    "grad_norm_last": "grad_norm_last",
    "nonfinite_grad_steps": "nonfinite_grad_steps nonfinite_steps nan_grad_steps number_of_nan_iterations",
    "update_ratio": "update_ratio update_ratio_mean update_to_weight_ratio",
    "weight_norm": "weight_norm param_norm params_norm",
    "dead_relu_frac": "dead_relu_frac dead_frac dead_units",
    "saturated_frac": "saturated_frac saturation",
    "grad_mean": "grad_mean",
    "nonfinite_grads": "nonfinite_grads",
    "left_over_grad": "left_over_grad",
    "attention_entropy": "attention_entropy",
    "has_gradient": "has_gradient",
    "in_optimizer": "in_optimizer",
    "weight_scale": "weight_scale",
    "in_training_mode": "in_training_mode",
    "in_training_mode_without_grad": "in_training_mode_without_grad",
    "input_mean": "input_mean",
    "input_std": "input_std",
    "input_min": "input_min",
    "input_max": "input_max",
    "input_nonfinite": "input_nonfinite",
    "batch_classes": "batch_classes",
    "out_mean": "out_mean output_mean",
    "out_std": "out_std output_std",
    "step_time": "step_time time_per_step iter_time batch_time batch_cost elapsed_time_per_iteration sec_per_step "
    "step_seconds",
    "data_time": "data_time data_load_time reader_cost load_time data_wait",
    "throughput": "throughput samples_per_second tokens_per_second tok_s samples_per_sec tokens_per_sec fps wps ups "
    "images_per_second it_s steps_per_second ips samples_sec speed",
    "gpu_util": "gpu_util gpu_utilization gpu_usage system_gpu_process_0_gpu",
    "gpu_memory": "gpu_memory gpu_mem memory gpu_mem_mb max_mem cuda_memory gpu_memory_mb vram "
    "system_gpu_process_0_memory_allocated",
    "host_memory": "host_memory rss host_mem ram cpu_memory memory_rss system_proc_memory_rssmb",
    "loss_scale": "loss_scale grad_scale amp_scale",
    "entropy": "entropy policy_entropy entropy_loss",
    "discriminator_loss": "d_loss discriminator_loss loss_d loss_d_a loss_d_b disc_loss critic_loss dis_loss "
    "loss_discriminator loss_d_loss",
    "generator_loss": "g_loss generator_loss loss_g loss_g_a loss_g_b loss_g_gan gen_loss loss_generator loss_g_loss",
}
SPLITS = {
    **dict.fromkeys(["train", "training", "tr", "trn", "learn"], "train"),
    **dict.fromkeys(["val", "valid", "validation", "dev", "eval", "evaluation", "vl", "heldout"], "val"),
    **dict.fromkeys(["test", "tst", "testing", "predict"], "test"),
    "testval": "testval",
    "trainval": "trainval",
}
DROPPED = "epoch step batch metrics metric avg average mean overall final running global x optim rollout time ray tune \
performance scalars charts percent pct env runners sampler results"
"""Words that say how a metric was taken, not which it is."""
NO_METRIC = "best time runtime size count num number threshold std var weight learn second seconds ms"
"""A name with one of these words is no metric, whatever its other words."""
AS_LOSS = ("nll", "logloss", "mse", "rmse", "mae", "perplexity", "bpb")
"""Without any loss, the first of these stands for it."""
SHARES = {"acc", "top5", "f1", "precision", "recall", "map", "map50", "iou", "dice", "auc", "error", "wer", "cer"}
"""Metrics between 0 and 1, which many log in percent."""
CLOCKS = {
    "step": "step steps global_step iter iteration iterations it current_steps total_timesteps timesteps_total "
    "num_updates time_total_timesteps round training_iteration nupdates n_iter batch_idx train_step timestep timesteps "
    "env_steps misc_total_timesteps misc_nupdates timesteps_so_far trainer_global_step progress_tick",
    "epoch": "epoch epochs ep epoch_num",
    "time": "time wall_time walltime elapsed elapsed_time timestamp time_elapsed total_time train_runtime time_total_s "
    "time_time_elapsed date datetime runtime relative_time elapsed_seconds wall",
}
