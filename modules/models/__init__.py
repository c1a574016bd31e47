from modules.models.catalogue import Module, Share
from modules.models.files import Archive, ArchiveFile, Blob
from modules.models.publications import Comparison, PreparedModule, Publication, PublishDraft
from modules.models.scans import Delivery, ParsedFile, Scan, ScannedModule, Tag, Watch
from modules.models.versions import Alarm, ModuleVersion, VersionTexts

__all__ = [
    "Alarm",
    "Archive",
    "ArchiveFile",
    "Blob",
    "Comparison",
    "Delivery",
    "Module",
    "ModuleVersion",
    "ParsedFile",
    "PreparedModule",
    "Publication",
    "PublishDraft",
    "Scan",
    "ScannedModule",
    "Share",
    "Tag",
    "VersionTexts",
    "Watch",
]
