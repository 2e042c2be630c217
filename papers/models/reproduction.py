"""What readers reported who ran what a paper describes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reproduction:
    """The numbers of reports by their outcome. It is false if there are none, and its string is then empty."""

    works: int
    partly: int
    fails: int

    def __bool__(self) -> bool:
        return any((self.works, self.partly, self.fails))

    def __str__(self) -> str:
        """The reports in words: "Reproduced by 3, partly by 2, failed for 1"."""
        counts = {
            "reproduced by": self.works,
            "partly by" if self.works else "partly reproduced by": self.partly,
            "failed for" if self.works or self.partly else "reproduction failed for": self.fails,
        }
        words = ", ".join(f"{outcome} {count:,}" for outcome, count in counts.items() if count)
        return words[:1].upper() + words[1:]
