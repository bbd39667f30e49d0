"""A YAML tree read into frozen dataclasses: every mistake at once, each with its line. No practice is known here."""

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from domain.choices import Path as Place
from domain.choices import Wrong, dotted
from duesday import spellings
from duesday.spellings import Misspelt, Spelling, shown


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    file: str
    line: int
    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}  {where}found {self.found}; allowed: {self.allowed}"


Units = Mapping[tuple[type, str], tuple[str, Spelling]]
"""For a field whose unit is in its name: the file's key for it, and how the unit is written beside the number."""

_PLAIN: Mapping[object, Spelling] = {
    str: spellings.text,
    int: spellings.count,
    bool: spellings.flag,
    time: spellings.time_of_day,
}
_EMPTY: Mapping[object, object] = {str: "", int: 0, bool: False, time: time(), tuple: (), dict: {}, Literal: ""}
_hints = cache(get_type_hints)


class _Choices(Protocol):
    def wrongs(self) -> Iterator[Wrong]: ...


Kind = TypeVar("Kind", bound=_Choices)


@dataclass(slots=True)
class Reading:
    """One walk along the dataclasses. What is broken is reported once, and nothing is held against it."""

    file: str
    units: Units
    mistakes: list[Mistake] = field(default_factory=list)
    lines: dict[Place, int] = field(default_factory=lambda: {(): 1})
    paths: dict[Place, Place] = field(default_factory=lambda: {(): ()})
    typed: dict[Place, str] = field(default_factory=dict)
    broken: set[Place] = field(default_factory=set)

    def choices(self, kind: type[Kind], node: Node, at: Place) -> Kind:
        keys = {self._key(kind, each.name): each for each in dataclasses.fields(cast(Any, kind))}
        entries = self._entries(node, at, "keys and values: " + ", ".join(keys))
        for name, each in keys.items():
            self.paths[(*at, each.name)] = (*self.paths[at], name)
        self._unknown(entries, keys, at)
        values = {each.name: self._field(kind, each, entries.get(name), at) for name, each in keys.items()}
        choices = _put_together(kind, values)
        self.hold(choices.wrongs(), at)
        return choices

    def hold(self, wrongs: Iterable[Wrong], at: Place = ()) -> None:
        """Choices that are well spelt and still impossible, unless they were held against one that is broken."""
        for wrong in wrongs:
            if not any(self._is_broken((*at, *other)) for other in wrong.beside):
                self._held(wrong, (*at, *wrong.at))

    def _key(self, kind: type, name: str) -> str:
        return self.units[kind, name][0] if (kind, name) in self.units else name

    def _field(self, kind: type, each: dataclasses.Field[Any], node: Node | None, at: Place) -> object:
        hint, place = _hints(kind)[each.name], (*at, each.name)
        spelling = self.units[kind, each.name][1] if (kind, each.name) in self.units else None
        if node is not None:
            return self._value(hint, node, place, spelling)
        if each.default is not dataclasses.MISSING:
            return each.default
        if each.default_factory is not dataclasses.MISSING:
            return each.default_factory()
        self._wrong(place, "nothing", _allowed(hint, spelling))
        return _empty(hint)

    def _value(self, hint: Any, node: Node, place: Place, spelling: Spelling | None = None) -> object:
        inner = [part for part in get_args(hint) if part is not NoneType]
        if get_origin(hint) in (Union, UnionType):
            return None if _is_nothing(node) else self._value(inner[0], node, place, spelling)
        if dataclasses.is_dataclass(hint):
            return self.choices(cast(type[_Choices], hint), node, place)
        if get_origin(hint) is dict:
            return self._named(inner[1], node, place)
        if get_origin(hint) is tuple:
            return self._several(inner[0], node, place, spelling)
        return self._word(hint, node, place, spelling)

    def _named(self, hint: Any, node: Node, at: Place) -> dict[str, object]:
        entries = self._entries(node, at, "names, each with its keys and values")
        for name in entries:
            self.paths[(*at, name)] = (*self.paths[at], name)
        return {name: self._value(hint, value, (*at, name)) for name, value in entries.items()}

    def _several(self, hint: Any, node: Node, at: Place, spelling: Spelling | None) -> tuple[object, ...]:
        """A list, or its only item. A spelling may make many of one word (`mon-sat`), or none (`all`)."""
        if not isinstance(node, SequenceNode):
            return () if _is_nothing(node) and spelling is None else _many(self._value(hint, node, at, spelling))
        if not node.value and spelling is not None:
            self._wrong(at, "an empty list", _allowed(hint, spelling))
        values: list[object] = []
        for number, item in enumerate(node.value):
            place = (*at, number)
            self.paths[place], self.lines[place] = (*self.paths[at], number), item.start_mark.line + 1
            some = _many(self._value(hint, item, place, spelling))
            if not some:
                self._wrong(place, shown(item.value), "that word alone, without a list around it")
            values += some
        return tuple(values)

    def _word(self, hint: Any, node: Node, place: Place, spelling: Spelling | None) -> object:
        read = spelling or _speller(hint)
        if not isinstance(node, ScalarNode):
            found = "a list" if isinstance(node, SequenceNode) else "keys and values"
            self._wrong(place, found, _allowed(hint, spelling))
            return _empty(hint)
        typed = self.typed[place] = "" if _is_nothing(node) else node.value.strip()
        try:
            if read is spellings.text and _tagged(node, "bool") and node.style is None:
                raise Misspelt("words, in quotes if they are meant")
            return read(typed)
        except Misspelt as wrong:
            self._wrong(place, shown(typed), _guessing(typed, wrong.allowed, wrong.near))
            return _empty(hint)

    def _entries(self, node: Node, at: Place, allowed: str) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        if not isinstance(node, MappingNode):
            found = (
                "a list"
                if isinstance(node, SequenceNode)
                else shown(node.value)
                if not _is_nothing(node)
                else "nothing"
            )
            self._wrong(at, found, allowed)
            return entries
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = key.value if isinstance(key, ScalarNode) else "?"
            place = (*at, name)
            if name in entries:
                self._say(
                    line, dotted((*self.paths[at], name)), f"a second time (first in line {self.lines[place]})", "once"
                )
            else:
                entries[name], self.lines[place] = value, line
        return entries

    def _unknown(self, entries: Mapping[str, Node], keys: Mapping[str, dataclasses.Field[Any]], at: Place) -> None:
        for name, each in keys.items():
            if name in entries:
                self.lines[(*at, each.name)] = self.lines[(*at, name)]
        for name in entries.keys() - keys.keys():
            absent = tuple(key for key in keys if key not in entries)
            self.paths[(*at, name)] = (*self.paths[at], name)
            if meant := _meant(name, absent):
                self.broken.add((*at, keys[meant].name))
            self._wrong((*at, name), f"the key {shown(name)}", _guessing(name, ", ".join(keys), absent))

    def _held(self, wrong: Wrong, place: Place) -> None:
        # A quoted value is shown as it was typed: $15.00, not the 1500 it was read as.
        typed = self.typed.get(place)
        as_typed = typed is not None and wrong.found[0] == wrong.found[-1] == '"'
        found = shown(typed) if typed is not None and as_typed else wrong.found
        allowed = _guessing(wrong.found.strip('"'), wrong.allowed, wrong.near)
        self._wrong(place, found, allowed, breaks=bool(wrong.at))

    def _wrong(self, place: Place, found: str, allowed: str, *, breaks: bool = True) -> None:
        if self._is_broken(place):
            return
        known = next(place[:end] for end in range(len(place), -1, -1) if place[:end] in self.lines)
        path = self.paths.get(place) or (*self.paths.get(known, known), *place[len(known) :])
        self._say(self.lines[known], dotted(path), found, allowed)
        if breaks:
            self.broken.add(place)

    def _say(self, line: int, path: str, found: str, allowed: str) -> None:
        self.mistakes.append(Mistake(self.file, line, path, found, allowed))

    def _is_broken(self, place: Place) -> bool:
        return any(place[:end] in self.broken for end in range(len(place) + 1))


def _put_together(kind: type[Kind], values: Mapping[str, object]) -> Kind:
    # Not by its constructor, which refuses at the first broken part: what is whole is still to be checked.
    choices = object.__new__(kind)
    for name, value in values.items():
        object.__setattr__(choices, name, value)
    return choices


def _many(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _speller(hint: Any) -> Spelling:
    return spellings.one_of(get_args(hint)) if get_origin(hint) is Literal else _PLAIN[hint]


def _allowed(hint: Any, spelling: Spelling | None) -> str:
    """What a field allows, as its spelling says it of an empty word."""
    if spelling is None and get_origin(hint) is not Literal and hint not in _PLAIN:
        return "keys and values"
    try:
        (spelling or _speller(hint))("")
    except Misspelt as wrong:
        return wrong.allowed
    return "a few words"


def _empty(hint: Any) -> object:
    if get_origin(hint) in (Union, UnionType):
        return None
    return _EMPTY[get_origin(hint) or hint]


def _is_nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and _tagged(node, "null")


def _tagged(node: ScalarNode, kind: str) -> bool:
    return node.tag == f"tag:yaml.org,2002:{kind}"


def _meant(typed: str, near: tuple[str, ...]) -> str | None:
    folded = {name.lower(): name for name in near}
    guesses = difflib.get_close_matches(typed.lower(), folded, n=1, cutoff=0.7)
    return folded[guesses[0]] if guesses else None


def _guessing(typed: str, allowed: str, near: tuple[str, ...]) -> str:
    meant = _meant(typed, near)
    return f"{allowed} (did you mean {meant}?)" if meant else allowed
