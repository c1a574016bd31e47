from billing.models.allowances import Allowance, Granted
from billing.models.cost_centres import CENTRE_WORDS, CostCentre
from billing.models.holds import HOLD_WORDS, Hold, HoldLine
from billing.models.transfers import TRANSFER_WORDS, Entry, Transfer
from billing.models.wallets import Account, Lot, Wallet

__all__ = [
    "Account",
    "Allowance",
    "CENTRE_WORDS",
    "CostCentre",
    "Entry",
    "Granted",
    "HOLD_WORDS",
    "Hold",
    "HoldLine",
    "Lot",
    "TRANSFER_WORDS",
    "Transfer",
    "Wallet",
]
