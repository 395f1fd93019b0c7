// SPDX-License-Identifier: Apache-2.0

extension ReceiverSettings {
    private static let section = SettingDescription.Section("Routes", "#routes")

    static let routes = Setting<String?>(
        "ROUTES", defaultText: "no routes",
        """
        JSON, the path of a file that holds it, or `s3://BUCKET/KEY` of an object in `DICOM_BUCKET`: which data store \
        the instances of which sender go to.
        """,
        see: section)
    static let routesReloadSeconds = Setting(
        "ROUTES_RELOAD_SECONDS", default: 60, in: 1...86_400,
        "Seconds between two looks at the file or the object of `ROUTES`. Changed routes apply to new instances.")
}
