"""Pickled: what refers to a user's code, as it goes to the Python that runs it."""

import pickle

from cask import _alias


class Pickled:
    """A value as cloudpickle writes it, and whether `dask` means Cask where it comes from: the modules that it names may import that."""

    def __init__(self, value):
        import cloudpickle

        self._bytes = cloudpickle.dumps(value)
        self._dask_means_cask = _alias.is_installed()

    def load(self):
        """The value, made anew."""
        if self._dask_means_cask:
            _alias.install()
        return pickle.loads(self._bytes)
