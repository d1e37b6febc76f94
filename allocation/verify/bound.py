"""The verifier's own flow bound: blocking flow over applicants, county cells and programmes."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from allocation.verify.facts import Facts
from allocation.verify.replay import Replay

Node = tuple[str, ...]


class Network:
    """Residual capacities; shortest augmenting paths layer by layer."""

    def __init__(self) -> None:
        self.left: dict[Node, dict[Node, int]] = {}

    def arc(self, start: Node, end: Node, room: int) -> None:
        """An arc and its way back."""
        self.left.setdefault(start, {})[end] = room
        self.left.setdefault(end, {}).setdefault(start, 0)

    def layers(self, source: Node, sink: Node) -> dict[Node, int]:
        """Distance from the source of every node that still can be reached."""
        depth = {source: 0}
        queue = deque([source])
        while queue and sink not in depth:
            node = queue.popleft()
            for after, room in self.left[node].items():
                if room and after not in depth:
                    depth[after] = depth[node] + 1
                    queue.append(after)
        return depth

    def push(self, source: Node, sink: Node, depth: dict[Node, int]) -> int:
        """Push single units along the layers until no path is left."""
        waiting = {node: list(arcs) for node, arcs in self.left.items()}
        pushed = 0
        path = [source]
        while path:
            node = path[-1]
            if node == sink:
                for start, end in pairwise(path):
                    self.left[start][end] -= 1
                    self.left[end][start] += 1
                pushed += 1
                path = [source]
                continue
            while waiting[node] and not self._forward(depth, node, waiting[node][-1]):
                waiting[node].pop()
            if waiting[node]:
                path.append(waiting[node][-1])
            else:
                path.pop()
                if path:
                    waiting[path[-1]].pop()
        return pushed

    def _forward(self, depth: dict[Node, int], node: Node, after: Node) -> bool:
        return self.left[node][after] > 0 and depth.get(after) == depth[node] + 1

    def most(self, source: Node, sink: Node) -> int:
        """The largest flow."""
        total = 0
        while sink in (depth := self.layers(source, sink)):
            total += self.push(source, sink, depth)
        return total


def most_placed(facts: Facts, replay: Replay) -> int:
    """How many could be placed under programme totals and county cells alone."""
    network = Network()
    source: Node = ("s",)
    sink: Node = ("t",)
    network.left = {source: {}, sink: {}}
    everybody = len(facts.people)
    for person in facts.people.values():
        doors = {name for _, name in person.open_to} | set(replay.adjustable(person))
        network.arc(source, ("a", person.id), 1)
        for name in sorted(doors):
            raw = facts.programmes[name]
            cell = (raw.get("ceilings") or {}).get(person.county)
            room = raw.get("capacity")
            network.arc(("a", person.id), ("c", name, person.county), 1)
            network.arc(("c", name, person.county), ("p", name), everybody if cell is None else int(cell))
            network.arc(("p", name), sink, everybody if room is None else int(room))
    return network.most(source, sink)
