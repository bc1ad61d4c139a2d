/// What a server says of itself, as far as it decides whether the store can live on it.
struct ServerFacts: Sendable, Hashable {
    /// As `6.0.5`.
    var version: String
    /// Whether it belongs to a replica set or is the router of a cluster.
    var hasTransactions: Bool

    /// Updates by pipelines, collections made in transactions and their retries are all there from here on.
    static let leastVersion = "4.4"

    init(version: String, hasTransactions: Bool) {
        self.version = version
        self.hasTransactions = hasTransactions
    }

    /// Asks a server.
    init(asking client: MongoClient) throws {
        // Spelt as servers of all ages know it.
        let hello = try client.run(["isMaster": 1], on: "admin")
        version = try client.run(["buildInfo": 1], on: "admin").text("version")
        hasTransactions = hello["setName"] != nil || hello["msg"] == .string("isdbgrid")
    }

    /// Refuses a server that will not do.
    func check(_ place: String) throws(MongoOpenError) {
        guard isRecent else { throw .tooOld(place: place, version: version) }
        guard hasTransactions else { throw .standalone(place: place) }
    }

    private var isRecent: Bool {
        let least = ServerFacts.numbers(ServerFacts.leastVersion)
        return !ServerFacts.numbers(version).lexicographicallyPrecedes(least)
    }

    private static func numbers(_ version: String) -> [Int] {
        version.split(separator: ".").prefix(2).map { Int($0.prefix { $0.isNumber }) ?? 0 }
    }
}
