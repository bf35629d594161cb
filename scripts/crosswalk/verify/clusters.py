"""Which distinct ids what was sent makes one person."""

from collections.abc import Iterable


class Clusters:
    """Joined ids (union and find); it holds every id that stands in a link, and is made only where ids were found joined."""

    def __init__(self, links: Iterable[tuple[str, str]]) -> None:
        self._parents: dict[str, str] = {}
        for first, second in links:
            self._parents[self._root(first)] = self._root(second)

    def together(self, first: str, second: str) -> bool:
        """Whether links lead from one id to the other."""
        return self._root(first) == self._root(second)

    def parts(self, ids: Iterable[str]) -> list[list[str]]:
        """The ids in groups that belong together, in the order of their first id."""
        found: dict[str, list[str]] = {}
        for one in ids:
            found.setdefault(self._root(one), []).append(one)
        return list(found.values())

    def _root(self, one: str) -> str:
        path = []
        while (parent := self._parents.get(one, one)) != one:
            path.append(one)
            one = parent
        for step in path:
            self._parents[step] = one
        return one
