"""`import cask.as_dask` at the top of a notebook or script: from there on `dask` and `distributed` mean Cask."""

from cask import _alias

_alias.install()
