public import AppRegistry
import LogModel

/// Lets callers register an app each at the same time.
/// - Returns: why those that were refused were.
public func refusals(by store: any AppStore, of callers: Int) async -> [String] {
    await withTaskGroup(of: String?.self) { group in
        for _ in 0..<callers {
            group.addTask {
                do throws(StoreError) {
                    try await store.add(.fresh())
                    return nil
                } catch {
                    return error.detail
                }
            }
        }
        return await group.reduce(into: []) { if let refusal = $1 { $0.append(refusal) } }
    }
}
