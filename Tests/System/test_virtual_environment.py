# SPDX-License-Identifier: Apache-2.0

"""Virtual environments: uv finds packages where the user's pip would."""

import subprocess
import zipfile
from pathlib import Path

import pytest
import virtual_environment

UV = Path(__file__).parents[2] / ".venv/bin/uv"


@pytest.fixture
def wheels(tmp_path, monkeypatch) -> Path:
    """A folder with the wheel of a package that no index has."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    record = "dicom_store_scp_sample-1.0.dist-info"
    with zipfile.ZipFile(folder / "dicom_store_scp_sample-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("dicom_store_scp_sample.py", "VALUE = 7\n")
        wheel.writestr(f"{record}/METADATA", "Metadata-Version: 2.1\nName: dicom-store-scp-sample\nVersion: 1.0\n")
        wheel.writestr(f"{record}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{record}/RECORD", "")
    (tmp_path / "requirements.txt").write_text("dicom-store-scp-sample==1.0\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return folder


def make(tmp_path: Path) -> str:
    virtual_environment.make(tmp_path / "venv", tmp_path / "requirements.txt", UV)
    python = tmp_path / "venv/bin/python"
    command = [python, "-c", "import dicom_store_scp_sample as sample; print(sample.VALUE)"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_packages_come_from_the_folders_of_pips_configuration(tmp_path, wheels):
    (tmp_path / "pip.conf").write_text(f"[global]\nno-index = yes\n[install]\nfind-links =\n  /nonexistent\n  {wheels}\nuser = yes\n")
    assert make(tmp_path) == "7\n"


def test_variables_of_pip_are_stronger_than_its_files(tmp_path, wheels, monkeypatch):
    (tmp_path / "pip.conf").write_text("[global]\nno-index = yes\nfind-links = /nonexistent\ntarget = /nonexistent\n")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    assert make(tmp_path) == "7\n"


def test_the_way_to_an_index_is_the_same_for_uv():
    settings = {
        "index-url": "https://index/simple",
        "extra-index-url": "https://one/simple\nhttps://two/simple",
        "trusted-host": "one two",
        "proxy": "http://proxy:3128",
        "cert": "/etc/authority.pem",
        "default-timeout": "15",
        "timeout": "60",
    }
    environment = virtual_environment.uv_environment(settings)
    assert {name: environment[name] for name in sorted(virtual_environment.UV_VARIABLES.values()) if name in environment} == {
        "ALL_PROXY": "http://proxy:3128",
        "SSL_CERT_FILE": "/etc/authority.pem",
        "UV_DEFAULT_INDEX": "https://index/simple",
        "UV_HTTP_TIMEOUT": "60",
        "UV_INDEX": "https://one/simple https://two/simple",
        "UV_INSECURE_HOST": "one two",
    }
