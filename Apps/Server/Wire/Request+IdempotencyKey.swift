import AppRegistry
import Composition
import HTTPTypes
import Hummingbird
import LogModel

extension Request {
    /// What the caller calls this request, if it has a name for it.
    /// - Parameter credential: what the caller has shown to be let in.
    /// - Returns: the key; `nil` when the request brings none.
    /// - Throws: ``Problem`` when there are several keys, or one that breaks the rule.
    func idempotencyKey(of credential: Secret) throws(Problem) -> IdempotencyKey? {
        guard let name = HTTPField.Name("Idempotency-Key") else { return nil }
        let values = headers[values: name]
        guard let text = values.first else { return nil }
        guard values.count == 1, let key = Deployment.idempotencyKey(text, of: credential) else {
            throw .invalid("Idempotency-Key must be one value of \(IdempotencyKey.rule)")
        }
        return key
    }
}
