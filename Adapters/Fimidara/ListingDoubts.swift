import LogModel
import SdkProvisioning

/// Remembers which empty answers were looked behind, so that not each listing asks again.
actor ListingDoubts {
    /// How long an empty answer counts as true.
    private static let trust: Duration = .seconds(300)
    private static let limit = 10_000

    private var settled: [String: Timestamp] = [:]

    func isSettled(_ place: String, at now: Timestamp) -> Bool {
        guard let last = settled[place] else { return false }
        return last <= now && now < last.advanced(by: ListingDoubts.trust)
    }

    func settle(_ place: String, at now: Timestamp) {
        if settled.count >= ListingDoubts.limit { settled = [:] }
        settled[place] = now
    }
}

// The server leaves out what may not be read instead of refusing, and answers "not found" where another name is meant.
extension FimidaraClient {
    /// Looks behind a listing without a file.
    /// - Throws: when we may not see the folder's files.
    func doubtEmptiness(ofFolder id: String) async throws(FimidaraFailure) {
        try await onceInAWhile(id) { () async throws(FimidaraFailure) in
            guard case .known(let rights) = try await ownRights([.readFile], on: id), rights[.readFile] == false else {
                return
            }
            throw FimidaraFailure(
                .forbidden, "listFolderContent shows no file at all\(FimidaraFailure.lack(of: [.readFile]))")
        }
    }

    /// Looks behind a folder that is not there.
    /// - Throws: when the root name that is configured is not that of our workspace.
    func doubtAbsence() async throws(FimidaraFailure) {
        try await onceInAWhile("workspace") { () async throws(FimidaraFailure) in
            guard try await isOtherWorkspace() == true else { return }
            throw FimidaraFailure(
                .rejected,
                "fimidara.workspace_rootname is \"\(settings.workspaceRootname)\", which is not the root name of the "
                    + "workspace of fimidara.auth_token")
        }
    }

    private func onceInAWhile(
        _ place: String, _ look: () async throws(FimidaraFailure) -> Void
    ) async throws(FimidaraFailure) {
        let now = wallClock.now()
        guard await !doubts.isSettled(place, at: now) else { return }
        try await look()
        await doubts.settle(place, at: now)
    }
}
