import LogModel
import StoreSupport

extension StoreFailure {
    /// What an error of MongoDB at `place` means.
    init(_ error: any Error, at place: String) {
        if let error = error as? MongoError {
            let message = URLCredentials.removed(fromText: error.message)
            self.init(
                StoreFailure.meaning(of: error), detail: "\(place): \(message)",
                condition: error.fault == .server(code: ServerCode.diskFull) ? .diskFull : nil)
        } else {
            let message = URLCredentials.removed(fromText: String(describing: error))
            self.init(error is CancellationError ? .passing : .lasting, detail: "\(place): \(message)")
        }
    }

    private static func meaning(of error: MongoError) -> Meaning {
        if error.isOutcomeUnknown { return .unknown }
        if error.isTransient { return .passing }
        return switch error.fault {
        case .network, .busy, .closed: .passing
        case .server(let code) where ServerCode.passing.contains(code): .passing
        case .server(ServerCode.duplicateKey): .conflict
        case .server, .authentication, .call, .url: .lasting
        }
    }
}
