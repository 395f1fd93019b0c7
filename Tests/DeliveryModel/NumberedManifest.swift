/// A manifest on its way into the bucket.
struct NumberedManifest {
    var number: UInt8 = 0
    /// Empty: none is on its way.
    var instances: InstanceSet = []
}
