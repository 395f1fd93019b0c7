import CCrypto

/// OpenSSL's libcrypto, which libcurl and the signer of requests share.
package enum CryptoLibrary {
    /// To be called before its first use. When the process exits libcrypto would free what other threads still use, and a
    /// process that has ended well would crash; the kernel frees it anyway.
    package static func initialise() { _ = isInitialised }

    private static let isInitialised = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
}
