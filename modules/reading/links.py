"""Judges what the folders of a repository refer to: each folder once, for all modules that call it."""

from collections.abc import Callable, Container, Iterator, Mapping

from modules.terraform.rules import linking
from modules.terraform.schema import Call, FileAnswer, Finding


class Links:
    """`answers_of` gives a folder's answers by file name; `unread` are folders that were not read as a whole."""

    def __init__(
        self, answers_of: Callable[[str], dict[str, FileAnswer]], unread: set[str], files: Container[str]
    ) -> None:
        self.answers_of, self.unread, self.files = answers_of, unread, files
        self.found: dict[tuple[str, bool], list[Finding]] = {}
        self.complete: dict[str, bool] = {}
        self.called: dict[str, linking.Folder] = {}  # by path: one for all calls, as it gathers what it declares

    def of_module(
        self, folder: str, calls: Mapping[str, list[tuple[str | None, Call]]]
    ) -> Iterator[tuple[str, Finding]]:
        """Yield findings of a module, each with its folder; `calls` by folder, each with the folder it leads to."""
        for row in linking.check_root(self._folder(folder, calls[folder])):
            yield folder, row
        for other in sorted(calls):
            key = other, other == folder  # the constants of a folder that is called are not known
            if key not in self.found:
                whole = self._folder(other, calls[other])
                self.found[key] = linking.check(whole) if self._is_complete(other) else []
            yield from ((other, row) for row in self.found[key])

    def _folder(self, folder: str, calls: list[tuple[str | None, Call]]) -> linking.Folder:
        called = {
            call["name"]: self._called(target)
            for target, call in calls
            if target is not None and self._is_complete(target)
        }
        return linking.Folder(self.answers_of(folder), called, folder, self.files)

    def _called(self, folder: str) -> linking.Folder:
        if folder not in self.called:
            self.called[folder] = linking.Folder(self.answers_of(folder))
        return self.called[folder]

    def _is_complete(self, folder: str) -> bool:
        """Whether all files of a folder that Terraform reads could be read."""
        if folder not in self.complete:
            answers = self.answers_of(folder)
            self.complete[folder] = bool(answers) and folder not in self.unread and linking.is_read(answers)
        return self.complete[folder]
