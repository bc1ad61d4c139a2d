import ArgumentParser
import Logging

/// Something that takes log lines.
struct Subject: Sendable {
    /// What it is called in tables.
    let name: String
    /// By how much a round of it is longer, for what is done in no time: threads must be at work at once to contend.
    var length = 1
    /// Logs so many lines on the calling thread.
    let log: @Sendable (_ count: Int, _ entry: Entry) -> Void
    /// Returns when all that was logged is where it should be, and tells how many lines were lost since the start.
    let settle: @Sendable () async -> Int
}

/// What is logged.
enum Entry: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// A message.
    case plain
    /// A message with three members of metadata.
    case metadata

    /// Logs it so many times.
    ///
    /// The message is a constant, as swift-log advises, and what varies is in the metadata; so the caller's own share is
    /// no allocation without metadata, and the dictionary with it.
    func log(_ count: Int, to logger: Logger) {
        switch self {
        case .plain:
            for _ in 0..<count { logger.info("the order was taken and is on its way") }
        case .metadata:
            for number in 0..<count {
                logger.info(
                    "the order was taken and is on its way",
                    metadata: ["order": "\(number)", "customer": "c-81723", "region": "eu-west"])
            }
        }
    }
}
