# SPDX-License-Identifier: Apache-2.0

"""Copies real DICOM instances into a folder: `python local/sample_data.py FOLDER`.

They come from the test data that pydicom's package ships and are chosen by name, so the result is the same everywhere
and nothing is downloaded. Many of the shipped files share SOP Instance UIDs or lack UIDs; at most one of each such
group is chosen. In the two radiotherapy files, the SOP Instance UID of the file meta information differs from that of
the data set; pydicom rewrites the meta information of their copies. All other files are copied unchanged.
"""

import argparse
import shutil
from pathlib import Path

import pydicom
import pydicom.data

SAMPLES = (
    # Uncompressed: explicit and implicit little endian, deflated, big endian.
    "CT_small.dcm",
    "examples_overlay.dcm",
    "examples_palette.dcm",
    "examples_rgb_color.dcm",
    "liver_1frame.dcm",
    "reportsi.dcm",
    "test-SR.dcm",
    "waveform_ecg.dcm",
    "SC_rgb_jpeg_dcmd.dcm",
    "image_dfl.dcm",
    "ExplVR_BigEnd.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
    # Compressed: JPEG, JPEG-LS, JPEG 2000, RLE.
    "examples_ybr_color.dcm",
    "SC_rgb_dcmtk_+eb+cr.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "JPEG-lossy.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "693_J2KI.dcm",
    "J2K_pixelrep_mismatch.dcm",
    "GDCMJ2K_TextGBR.dcm",
    "examples_jpeg2k.dcm",
    "SC_rgb_rle.dcm",
    # Studies of several series and several instances.
    "dicomdirtests/77654033/CR1/6154",
    "dicomdirtests/77654033/CR2/6247",
    "dicomdirtests/77654033/CR3/6278",
    "dicomdirtests/98892001/CT2N/6293",
    "dicomdirtests/98892001/CT2N/6924",
    "dicomdirtests/98892001/CT5N/2062",
    "dicomdirtests/98892001/CT5N/2392",
    "dicomdirtests/98892003/MR1/5641",
    "dicomdirtests/98892003/MR2/6273",
    "dicomdirtests/98892003/MR2/6605",
    "dicomdirtests/98892003/MR700/4467",
)
REPAIRED = ("rtdose.dcm", "rtplan.dcm")
SHIPPED = Path(pydicom.data.__file__).parent / "test_files"


def write_samples(folder: Path) -> list[Path]:
    """Returns the files, always in the same order."""
    folder.mkdir(parents=True, exist_ok=True)
    copies = [Path(shutil.copy(SHIPPED / name, folder / file_name(name))) for name in SAMPLES]
    return copies + [repair(SHIPPED / name, folder / name) for name in REPAIRED]


def repair(source: Path, target: Path) -> Path:
    """Writes the data set under file meta information that names the same instance."""
    dataset = pydicom.dcmread(source)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(target, enforce_file_format=True)
    return target


def file_name(sample: str) -> str:
    """A name without folders that ends in .dcm."""
    flat = sample.removeprefix("dicomdirtests/").replace("/", "-")
    return flat if flat.endswith(".dcm") else f"{flat}.dcm"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for path in write_samples(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
