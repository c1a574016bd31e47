"""How large the world is; at 100 per cent it has 10,000 people and a million movements."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """The numbers of rows at `percent` of the whole world; what must not be missing is there at any size."""

    percent: float = 100

    def of(self, whole: int, *, least: int = 1) -> int:
        return max(least, round(whole * self.percent / 100))

    @property
    def people(self) -> int:
        return self.of(10_000, least=20)

    @property
    def partners(self) -> int:
        """The first of the people: alice, bob, then the numbered ones."""
        return self.of(9_500, least=19)

    @property
    def repositories(self) -> int:
        """The platform's, alice's, and one for each further publisher."""
        return min(self.of(197, least=4), self.partners)

    @property
    def of_alice(self) -> int:
        return self.of(500, least=5)

    @property
    def of_platform(self) -> int:
        return self.of(40, least=4)

    @property
    def of_others(self) -> int:
        return self.of(560, least=self.repositories - 2)

    @property
    def deployments(self) -> int:
        return self.of(100_000, least=100)

    @property
    def runs(self) -> int:
        """Three of each deployment."""
        return 3 * self.deployments

    @property
    def large_run(self) -> int:
        """Key of the run with many resources: the last one of carol's last deployment, which is live."""
        return 3 * (self.deployments - self.deployments % 100)

    @property
    def resources(self) -> int:
        """Of the one large run."""
        return self.of(5_000, least=50)

    @property
    def movements(self) -> int:
        """Transfers, holds and releases, as the list of transactions counts them; about."""
        return self.of(1_000_000)
