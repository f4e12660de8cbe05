"""The use-cases: one service that the site, the command line and the library all call."""

from threadleaf.service.answers import Limits, Removed, Renderer, Unrolled
from threadleaf.service.instance import Threadleaf

__all__ = ["Limits", "Removed", "Renderer", "Threadleaf", "Unrolled"]
