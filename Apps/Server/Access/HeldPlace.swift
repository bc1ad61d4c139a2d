import NIOConcurrencyHelpers

/// A place among a bounded number; it is free again when nobody holds it any more, or when it is given back.
final class HeldPlace: Sendable {
    private let isHeld = NIOLockedValueBox(true)
    private let release: @Sendable () -> Void

    /// Holds a place.
    /// - Parameter release: frees the place; it is called once.
    init(release: @Sendable @escaping () -> Void) { self.release = release }

    deinit { giveBack() }

    /// Frees the place; more than once does nothing.
    func giveBack() {
        let wasHeld = isHeld.withLockedValue { isHeld in
            defer { isHeld = false }
            return isHeld
        }
        if wasHeld { release() }
    }
}
