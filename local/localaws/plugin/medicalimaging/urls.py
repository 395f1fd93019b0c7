# SPDX-License-Identifier: Apache-2.0

"""The paths of the calls that the stand-in answers."""

from .responses import MedicalImagingResponse

url_bases = [r"https?://(runtime-)?medical-imaging\.(.+)\.amazonaws\.com"]
url_paths = {
    "{0}/datastore$": MedicalImagingResponse.dispatch,
    "{0}/datastore/(?P<datastoreId>[^/]+)$": MedicalImagingResponse.dispatch,
    "{0}/startDICOMImportJob/datastore/(?P<datastoreId>[^/]+)$": MedicalImagingResponse.dispatch,
    "{0}/getDICOMImportJob/datastore/(?P<datastoreId>[^/]+)/job/(?P<jobId>[^/]+)$": MedicalImagingResponse.dispatch,
    "{0}/listDICOMImportJobs/datastore/(?P<datastoreId>[^/]+)$": MedicalImagingResponse.dispatch,
}
