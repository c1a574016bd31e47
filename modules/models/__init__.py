from modules.models.catalogue import Module, Share
from modules.models.scans import Archive, Delivery, ParsedFile, Scan, ScannedModule, Tag, Watch
from modules.models.versions import Alarm, ModuleVersion, VersionTexts

__all__ = [
    "Alarm",
    "Archive",
    "Delivery",
    "Module",
    "ModuleVersion",
    "ParsedFile",
    "Scan",
    "ScannedModule",
    "Share",
    "Tag",
    "VersionTexts",
    "Watch",
]
