"""Sessions of botocore for what it is asked to decide."""

import botocore.session
from botocore.loaders import Loader

# It keeps what it has read of botocore's data.
_LOADER = Loader()


def new_session() -> botocore.session.Session:
    """One that knows the environment and the files as they are now."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _LOADER)
    return session
