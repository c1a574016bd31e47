"""The leak table: for every URL of the portal, its response to each role, and what its pages may contain."""

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
