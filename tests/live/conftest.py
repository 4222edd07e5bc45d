import pytest
import torch


@pytest.fixture(autouse=True)
def _one_seed_and_one_thread():
    threads = torch.get_num_threads()
    torch.manual_seed(7)
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
