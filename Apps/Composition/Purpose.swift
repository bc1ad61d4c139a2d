import CallLedger

/// Says what the calls of a piece of work are made for, so that what hangs can be named.
/// - Parameters:
///   - words: the work in few words without values of users, such as `POST /v1/sdk/init`.
///   - work: the work.
/// - Returns: what the work returns.
/// - Throws: what the work throws.
public func serving<Value>(_ words: String, _ work: () async throws -> Value) async rethrows -> Value {
    try await CallPurpose.$current.withValue(words) { try await work() }
}
