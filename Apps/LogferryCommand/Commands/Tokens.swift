import AppRegistry
import ArgumentParser
import Composition
import LogModel
import SdkProvisioning

/// Client tokens.
struct Tokens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issue, list and revoke an app's tokens.", subcommands: [Issue.self, List.self, Revoke.self],
        defaultSubcommand: List.self)

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue a token; its text is shown this once.")

        @Option(help: "The app: its id or its name.")
        var app: String

        @Option(help: "What people call the token.")
        var name: String?

        @Option(
            help: "What it may do: write (init and push), read (query); several times for several.",
            completion: .list(["write", "read"]))
        var scope: [String] = ["write"]

        @Option(
            parsing: .unconditional,
            help: "When it ends: an RFC 3339 time, a date (UTC), or a time from now such as 90d.")
        var expires: String?

        @Flag(help: "Write the token as JSON, of the shape that the API has.")
        var json = false

        func run() async throws {
            guard let scopes = TokenScopes(words: scope) else {
                throw ValidationError("--scope must be write or read")
            }
            try await withDeployment { deployment in
                let end = try expires.map(moment)
                let found = try await deployment.apps.find(app)
                let issued = try await deployment.tokens.issue(
                    for: found.id, name: name, scopes: scopes, expiresAt: end)
                if !json {
                    Terminal.say("token \(issued.token.id) of \(found.name); keep its text, it is not shown again:")
                }
                let text =
                    json
                    ? visibleJSON(JSONText { $0.addMembers(of: issued) }.bytes)
                    : issued.secret.reveal { Array($0.utf8) }
                do throws(OutputLost) {
                    // A closed pipe is an error here, and not the end of the program.
                    StandardFiles.keepClosedPipes()
                    try Terminal.attempt(text + [0x0A])
                } catch {
                    try await revoke(issued.token, of: found, deployment, because: error)
                }
            }
        }

        /// Revokes a token whose text nobody has.
        private func revoke(
            _ token: ClientToken, of app: RegisteredApp, _ deployment: Deployment, because lost: OutputLost
        ) async throws {
            do {
                _ = try await deployment.tokens.revoke(token.id, of: app.id)
                Terminal.complain("\(lost); the token \(token.id), whose text nobody has seen, is revoked again")
            } catch {
                Terminal.complain(
                    "\(lost); the token \(token.id), whose text nobody has seen, lives: revoke it with \"logferry tokens "
                        + "revoke \(token.id) --app \(app.id)\" (\(error))")
            }
            throw ExitCode(ExitStatus.outputLost.rawValue)
        }

        private func moment(_ text: String) throws -> TimeArgument {
            guard let given = TimeArgument(text) else {
                throw ValidationError("--expires must be \(TimeArgument.form)")
            }
            return given
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an app's tokens, without their texts.")

        @Option(help: "The app: its id or its name.")
        var app: String

        @OptionGroup var shown: ListOptions

        func run() async throws {
            try await withDeployment { deployment in
                let found = try await deployment.apps.find(app)
                var table = Table(["id", "name", "scopes", "createdAt", "expiresAt", "revokedAt"], shown)
                var last: TokenID?
                while true {
                    let page = try await deployment.tokens.list(of: found.id, after: last, limit: 1000)
                    for token in page {
                        table.add([
                            .text(token.id.text), .text(token.name), .words(token.scopes.words),
                            .moment(token.createdAt), .moment(token.expiresAt), .moment(token.revokedAt),
                        ]) { $0.addMembers(of: token) }
                    }
                    guard page.count == 1000 else { break }
                    last = page.last?.id
                }
                table.finish(
                    whenEmpty: "the app has no tokens; issue one with: logferry tokens issue --app \(shellWord(app))")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a token, and end what it was given in the file store.",
            discussion: "It cannot be undone. On a terminal it asks back; elsewhere it needs --yes.")

        @Argument(help: "The token's id.")
        var token: String

        @Option(help: "The app: its id or its name.")
        var app: String

        @OptionGroup var consent: Confirmation

        func run() async throws {
            guard let id = TokenID(token) else { throw ValidationError("\(token) is not a token's id") }
            try consent.prepare("revoking a token")
            try await withDeployment { deployment in
                let found = try await deployment.apps.find(app)
                try consent.confirm("Revoke the token \(id) of the app \(found.name)?")
                guard let outcome = try await deployment.revoker().revoke(id, of: found.id) else {
                    throw RegistryError.unknownToken(token)
                }
                Terminal.say("revoked \(id); it opens nothing here any more")
                Terminal.say(outcome.words)
            }
        }
    }
}

extension RevocationOutcome {
    /// What came of a revocation at the file store, for people.
    var words: String {
        guard let reason else { return "what its SDKs had in the file store has ended" }
        let cause =
            switch reason {
            case .storageUnavailable: "the file store cannot be reached"
            case .storageRefused: "the file store refuses it; \"logferry config check\" says which right is missing"
            case .storeUnavailable: "the database failed; \"logferry config check\" says why"
            case .timeout: "the file store did not answer in time"
            case .noFileStore: "no file store is configured here"
            }
        let count = owed.map { "\($0) storage tokens" } ?? "its storage tokens"
        return "\(count) may still write until a worker has ended them: \(cause)"
    }
}
