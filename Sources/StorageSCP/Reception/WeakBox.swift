// SPDX-License-Identifier: Apache-2.0

/// Lets other threads refer to a reception without retaining it.
final class WeakBox<Value: AnyObject> {
    weak var value: Value?
}
