import LogModel

extension StoreError {
    /// What an error of MongoDB at `place` means.
    init(_ error: any Error, at place: String) {
        if let error = error as? MongoError {
            let message = URLCredentials.removed(fromText: error.message)
            self.init(
                StoreError.reason(of: error), detail: "\(place): \(message)",
                condition: error.fault == .server(code: ServerCode.diskFull) ? .diskFull : nil)
        } else {
            let message = URLCredentials.removed(fromText: String(describing: error))
            self.init(error is CancellationError ? .unavailable : .broken, detail: "\(place): \(message)")
        }
    }

    private static func reason(of error: MongoError) -> Reason {
        if error.isOutcomeUnknown { return .outcomeUnknown }
        if error.isTransient { return .unavailable }
        return switch error.fault {
        case .network, .busy, .closed: .unavailable
        case .server(let code) where ServerCode.passing.contains(code): .unavailable
        case .server(ServerCode.duplicateKey): .conflict
        case .server, .authentication, .call, .url: .broken
        }
    }
}
