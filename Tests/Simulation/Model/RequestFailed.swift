// SPDX-License-Identifier: Apache-2.0

/// The request failed for its caller. The service may have carried it out or not.
struct RequestFailed: Error {}
