# SPDX-License-Identifier: Apache-2.0

"""Sessions of botocore, for the cases that botocore decides."""

import botocore.session
from botocore.loaders import Loader

# The loader caches botocore's data files.
_LOADER = Loader()


def new_session() -> botocore.session.Session:
    """A session that reads the present environment and files."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _LOADER)
    return session
