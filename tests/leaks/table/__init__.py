"""The leak table: for every address of the portal, what it answers to whom, and what its pages may hold."""

from tests.leaks.table import admin, billing, catalogue, deployments, portal, registry, signing_in, versions

TABLE = [
    *portal.ROWS,
    *signing_in.ROWS,
    *catalogue.ROWS,
    *versions.ROWS,
    *registry.ROWS,
    *deployments.ROWS,
    *billing.ROWS,
    *admin.ROWS,
]
