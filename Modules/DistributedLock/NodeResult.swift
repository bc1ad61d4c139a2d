/// What asking one node brought.
enum NodeResult<Value: Sendable>: Sendable {
    case answered(Value)
    case failed(LockStoreError)

    var value: Value? {
        if case .answered(let value) = self { value } else { nil }
    }

    var failure: LockStoreError? {
        if case .failed(let error) = self { error } else { nil }
    }
}

/// Asks all nodes at the same time, and waits a little longer than `limit` at most, also when the caller is cancelled.
///
/// Nodes that have not answered by then count as failed; what they are at goes on without anybody waiting for it.
@inline(never) func askAll<Value: Sendable>(
    _ nodes: [any LockNode], within limit: Duration, _ ticks: any Clock<Duration>,
    _ question: @escaping @Sendable (any LockNode) async throws(LockStoreError) -> Value
) async -> [NodeResult<Value>] {
    // A task of its own: a cancelled one would see the stream end at once, and leave locks behind that nobody knows of.
    await Task {
        let (answers, sink) = AsyncStream.makeStream(
            of: (Int, NodeResult<Value>).self, bufferingPolicy: .bufferingOldest(nodes.count))
        for (index, node) in nodes.enumerated() {
            Task { sink.yield((index, await result(of: node, question))) }
        }
        // Nodes keep the limit themselves and know better what was wrong; this is for one that does not.
        let timer = Task {
            try await ticks.sleep(for: limit + limit / 4)
            sink.finish()
        }
        defer { timer.cancel() }
        let silent = NodeResult<Value>.failed(LockStoreError(.unavailable, detail: "did not answer within \(limit)"))
        var results = [NodeResult<Value>](repeating: silent, count: nodes.count)
        var missing = nodes.count
        for await (index, result) in answers {
            results[index] = result
            missing -= 1
            if missing == 0 { break }
        }
        return results
    }.value
}

@inline(never) private func result<Value: Sendable>(
    of node: any LockNode, _ question: @Sendable (any LockNode) async throws(LockStoreError) -> Value
) async -> NodeResult<Value> {
    do {
        return .answered(try await question(node))
    } catch {
        return .failed(error)
    }
}
