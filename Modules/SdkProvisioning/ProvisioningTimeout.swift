import AppRegistry
import LogModel

extension TimeLimitPassed {
    /// The error of a piece of provisioning whose time was over: what it threw when it was ended names what was waited
    /// for.
    /// - Parameter limit: how long it had in all.
    /// - Returns: the error as the port has it that was waited for.
    func asProvisioningError(within limit: Duration) -> any Error {
        let words = "not done within \(limit)"
        switch interrupted {
        case let error as StorageError:
            return StorageError(.unavailable, detail: "\(words): \(error.detail)")
        case let error as StoreError:
            return StoreError(error.reason, detail: "\(words): \(error.detail)", condition: error.condition)
        default:
            // It waited for its turn, behind another one of the same app.
            return StorageError(.unavailable, detail: "\(words): another init of the app is under way")
        }
    }
}
