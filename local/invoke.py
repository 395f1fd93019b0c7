# SPDX-License-Identifier: Apache-2.0

"""Runs a function's zip under AWS's Lambda emulator on one event: `make invoke FUNCTION=TriggerImport EVENT=events/s3-put.json`.

The function gets this shell's environment (`make run` prints the name of a file with a suitable one). The answer goes
to standard output, the function's log to standard error. Exit status: 0 for an answer, 1 for an error of the function,
2 if it could not be run.
"""

import argparse
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from localaws.emulator import Emulator, EmulatorError
from localaws.lambda_pool import interpret

BINARY = Path(sys.executable).parent / "aws-lambda-rie"
TIMEOUT_SECONDS = 120
DEFAULTS = {
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "AWS_LAMBDA_FUNCTION_TIMEOUT": str(TIMEOUT_SECONDS),
    "AWS_LAMBDA_LOG_FORMAT": "JSON",
    "_HANDLER": "bootstrap",
}


def invoke(package: Path, event: bytes) -> bool:
    """Prints the answer and the log. Returns whether the answer is not an error."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder)
        (Path(folder) / "bootstrap").chmod(0o755)
        log = Path(folder) / "log"
        environment = {**DEFAULTS, "AWS_LAMBDA_FUNCTION_NAME": package.stem, **os.environ}
        emulator = Emulator(BINARY, Path(folder), environment, log)
        try:
            result = interpret(emulator.invoke(event, TIMEOUT_SECONDS + 5))
        finally:
            emulator.stop()
            sys.stderr.write(log.read_text(errors="replace"))
    sys.stderr.flush()
    print(json.dumps(json.loads(result.payload), indent=2))
    return not result.failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path)
    parser.add_argument("event", type=Path)
    options = parser.parse_args()
    for path in (options.package, options.event):
        if not path.is_file():
            parser.error(f"{path} is not a file: give FUNCTION=TriggerImport, StartImportJob or CheckStatus, and EVENT=a file")
    try:
        sys.exit(0 if invoke(options.package, options.event.read_bytes()) else 1)
    except EmulatorError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
