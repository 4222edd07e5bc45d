"""The chain from symptoms over diagnoses to remedies as a picture: who stands where, and what leads to what.

Layers are drawn from left to right: symptoms, diagnoses (a cause right of what it explains), remedies. What a cause
explains through another one has no line of its own. Within a layer each box goes to the mean height of its neighbors,
which untangles the lines (the barycenter heuristic of Sugiyama, Tagawa and Toda 1981).
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expert.knowledge import KnowledgeBase, Rule, wanted
from expert.prose import unfilled

if TYPE_CHECKING:
    import networkx

WIDTH, GAP, ROOM, LINE, MARGIN = 236, 96, 10, 15, 16
"""Of a box, between layers, between boxes, of a line of text, around the whole; in pixels."""
_LETTERS, _SWEEPS = 34, 12


@dataclass(frozen=True)
class Box:
    """A symptom, diagnosis or remedy at its place; `text` is its title in lines, `level` a severity or nothing."""

    id: str
    kind: str
    level: str
    title: str
    text: tuple[str, ...]
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Line:
    """One thing leads to another; `path` is its curve, `kind` what it means: explains or remedies."""

    kind: str
    start: str
    end: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """Boxes that nowhere overlap, the lines between them, and the size of the whole."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def drawing(knowledge: KnowledgeBase, ids: Collection[str] = ()) -> Drawing:
    """The picture of the whole knowledge, or of these symptoms, diagnoses and remedies with what they lead to."""
    return _drawn(_around(_graph(knowledge), ids) if ids else _reduced(_graph(knowledge)), knowledge)


def chain(rule: Rule, knowledge: KnowledgeBase) -> Drawing:
    """The picture of one rule: the conclusions that it reads, what it concludes, and where that leads."""
    whole = _graph(knowledge)
    edges: list[tuple[str, str, str]] = list(whole.out_edges(rule.then, data="kind"))
    leads = [(a, b) for a, b, kind in edges if kind == "remedies" or rule.then in knowledge.symptoms]
    graph = whole.edge_subgraph(leads).copy()
    graph.add_node(rule.then)
    read = [fact for fact in wanted(rule) if fact in whole]
    graph.add_edges_from(((fact, rule.then) for fact in read), kind="explains")
    return _drawn(graph, knowledge)


def _drawn(graph: networkx.DiGraph[str], knowledge: KnowledgeBase) -> Drawing:
    layers = _ordered(_layers(graph, knowledge), graph)
    texts = {id_: tuple(textwrap.wrap(_title(id_, knowledge), _LETTERS)) or ("",) for id_ in graph}
    heights = {id_: LINE * len(text) + 10 for id_, text in texts.items()}
    tall = max((sum(heights[i] + ROOM for i in layer) for layer in layers), default=0) + 2 * MARGIN
    boxes = {}
    for n, layer in enumerate(layers):
        room = (tall - 2 * MARGIN - sum(heights[id_] for id_ in layer)) // len(layer)
        y = MARGIN + room // 2
        for id_ in layer:
            x, kind = MARGIN + n * (WIDTH + GAP), _kind(id_, knowledge)
            level = knowledge.diagnoses[id_].severity if kind == "diagnosis" else ""
            boxes[id_] = Box(id_, kind, level, _title(id_, knowledge), texts[id_], x, y, heights[id_])
            y += heights[id_] + room
    edges: list[tuple[str, str, str]] = sorted(graph.edges(data="kind"))
    lines = (Line(kind, start, end, _curve(boxes[start], boxes[end])) for start, end, kind in edges)
    width = MARGIN + len(layers) * (WIDTH + GAP) - GAP + MARGIN if layers else 2 * MARGIN
    return Drawing(tuple(boxes.values()), tuple(lines), width, tall)


def _graph(knowledge: KnowledgeBase) -> networkx.DiGraph[str]:
    """What is explained leads to what explains it, a diagnosis to its remedies."""
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from((*knowledge.symptoms, *knowledge.diagnoses))
    for id_, diagnosis in knowledge.diagnoses.items():
        graph.add_edges_from(((effect, id_) for effect in diagnosis.explains), kind="explains")
        graph.add_edges_from(((id_, remedy) for remedy in diagnosis.remedies), kind="remedies")
    for rule in knowledge.rules.values():
        if rule.certainty > 0 and rule.then in knowledge.diagnoses:
            read = (fact for fact in wanted(rule) if fact in knowledge.symptoms)
            graph.add_edges_from(((fact, rule.then) for fact in read), kind="explains")
    return graph


def _around(graph: networkx.DiGraph[str], ids: Collection[str]) -> networkx.DiGraph[str]:
    """What touches one of these, by the lines that do."""
    near = graph.edge_subgraph([edge for edge in graph.edges if edge[0] in ids or edge[1] in ids]).copy()
    near.add_nodes_from(id_ for id_ in ids if id_ in graph)
    return near


def _reduced(graph: networkx.DiGraph[str]) -> networkx.DiGraph[str]:
    """Without the lines from what is explained through another; circles keep all of theirs."""
    import networkx

    kinds: list[tuple[str, str, str]] = list(graph.edges(data="kind"))
    explains: networkx.DiGraph[str] = networkx.DiGraph([(a, b) for a, b, kind in kinds if kind == "explains"])
    if networkx.is_directed_acyclic_graph(explains):
        kept = networkx.transitive_reduction(explains)
        graph.remove_edges_from(set(explains.edges) - set(kept.edges))
    return graph


def _layers(graph: networkx.DiGraph[str], knowledge: KnowledgeBase) -> list[list[str]]:
    """Symptoms first, then diagnoses by the longest chain of those that they explain, remedies last."""
    import networkx

    diagnoses = graph.subgraph([id_ for id_ in graph if id_ in knowledge.diagnoses])
    if not networkx.is_directed_acyclic_graph(diagnoses):  # a rule reads a diagnosis that explains its own
        diagnoses = networkx.DiGraph()
    middle = [sorted(layer) for layer in networkx.topological_generations(diagnoses)]
    placed = {id_ for layer in middle for id_ in layer}
    left = sorted(id_ for id_ in graph if id_ in knowledge.diagnoses and id_ not in placed)
    first = sorted(id_ for id_ in graph if id_ in knowledge.symptoms)
    last = sorted(id_ for id_ in graph if id_ in knowledge.remedies)
    return [layer for layer in (first, left, *middle, last) if layer]


def _ordered(layers: list[list[str]], graph: networkx.DiGraph[str]) -> list[list[str]]:
    """The layers, each in the order of the mean heights of its neighbors, swept to and fro."""
    place = {id_: (n + 0.5) / len(layer) for layer in layers for n, id_ in enumerate(layer)}

    def middle(id_: str, neighbors: Mapping[str, Any]) -> float:
        heights = [place[other] for other in neighbors]
        return sum(heights) / len(heights) if heights else place[id_]

    for sweep in range(_SWEEPS):
        near = graph.pred if sweep % 2 == 0 else graph.succ
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            layer.sort(key=lambda id_: (middle(id_, near[id_]), id_))
            place.update({id_: (n + 0.5) / len(layer) for n, id_ in enumerate(layer)})
    return layers


def _curve(start: Box, end: Box) -> str:
    """From the right side of one box to the left side of another."""
    x, y = start.x + WIDTH, start.y + start.height // 2
    far_x, far_y = end.x, end.y + end.height // 2
    bend = max(GAP // 2, abs(far_x - x) // 2)
    return f"M{x} {y}C{x + bend} {y} {far_x - bend} {far_y} {far_x} {far_y}"


def _title(id_: str, knowledge: KnowledgeBase) -> str:
    """The title, of a remedy without what depends on the run."""
    if id_ not in knowledge.remedies:
        return knowledge.title(id_)
    return unfilled(knowledge.remedies[id_].title)


def _kind(id_: str, knowledge: KnowledgeBase) -> str:
    return "symptom" if id_ in knowledge.symptoms else "diagnosis" if id_ in knowledge.diagnoses else "remedy"
