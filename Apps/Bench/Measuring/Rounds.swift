/// Runs cases in turn, so that a machine that is slow for a while is slow for all of them.
enum Rounds {
    /// Gives each case's results, one for each round.
    ///
    /// A round that is not counted comes first; in each later one the case that begins is the next.
    static func run<Case, Result>(
        _ count: Int, of cases: [Case], _ measure: (Case) async throws -> Result
    ) async rethrows -> [[Result]] {
        for one in cases { _ = try await measure(one) }
        var results = cases.map { _ in [Result]() }
        for round in 0..<count {
            for place in cases.indices {
                let index = (place + round) % cases.count
                results[index].append(try await measure(cases[index]))
            }
        }
        return results
    }
}
