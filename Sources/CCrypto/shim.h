// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

/// Call this before the first use of libcrypto; later calls do nothing. It keeps libcrypto from freeing its memory in an
/// exit handler. Other threads may still use that memory then, and the process would crash after it had ended well.
static inline void ccrypto_initialise(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
