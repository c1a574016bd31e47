from deployments.models.asides import AsidePiece, AsideState
from deployments.models.deployments import Deployment, Draft
from deployments.models.inputs import Inputs
from deployments.models.notices import RemovalNotice, RevocationNotice
from deployments.models.runs import PlannedChange, Run, RunCount, RunLog
from deployments.models.states import Output, OutputPart, StateResource, StateVersion

__all__ = [
    "AsidePiece",
    "AsideState",
    "Deployment",
    "Draft",
    "Inputs",
    "Output",
    "OutputPart",
    "PlannedChange",
    "RemovalNotice",
    "RevocationNotice",
    "Run",
    "RunCount",
    "RunLog",
    "StateResource",
    "StateVersion",
]
