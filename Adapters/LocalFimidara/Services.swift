internal import BlockingExecutor
internal import LogModel

/// Everything that answers requests, and which of it answers which.
struct Services: Sendable {
    let catalog: Catalog
    private let uploads: Uploads
    private let downloads: Downloads
    private let files: FileEndpoints
    private let parts: PartEndpoints
    private let limits: StorageLimits
    private let folders: FolderEndpoints
    private let tokens: AgentTokenEndpoints
    private let groups: PermissionGroupEndpoints
    private let assignments: AssignmentEndpoints
    private let items: PermissionItemEndpoints
    private let workspaces: WorkspaceEndpoints

    init(
        catalog: Catalog, blobs: BlobStore, threads: BlockingThreads, budget: ByteBudget, limits: StorageLimits,
        entropy: any Entropy, observe: @escaping @Sendable (StorageEvent) -> Void, meter: any StorageMeter
    ) {
        self.limits = limits
        let locks = WriteLocks()
        let disposal = BlobDisposal(blobs: blobs, threads: threads, budget: budget, observe: observe)
        self.catalog = catalog
        uploads = Uploads(
            catalog: catalog, blobs: blobs, threads: threads, locks: locks, budget: budget, disposal: disposal,
            limits: limits, entropy: entropy, observe: observe, meter: meter)
        downloads = Downloads(catalog: catalog, blobs: blobs, threads: threads, entropy: entropy, observe: observe)
        files = FileEndpoints(catalog: catalog, locks: locks, disposal: disposal, limits: limits)
        parts = PartEndpoints(
            catalog: catalog, locks: locks, disposal: disposal,
            assembly: PartAssembly(
                catalog: catalog, blobs: blobs, threads: threads, locks: locks, disposal: disposal, limits: limits,
                entropy: entropy, meter: meter), limits: limits)
        folders = FolderEndpoints(catalog: catalog, locks: locks, disposal: disposal, limits: limits)
        tokens = AgentTokenEndpoints(catalog: catalog)
        groups = PermissionGroupEndpoints(catalog: catalog)
        assignments = AssignmentEndpoints(catalog: catalog)
        items = PermissionItemEndpoints(catalog: catalog)
        workspaces = WorkspaceEndpoints(catalog: catalog)
    }

    /// Gives up uploads in parts that have expired.
    /// - Throws: an error of the database.
    func giveUpExpiredParts() async throws { try await parts.giveUpExpired() }

    /// Answers a request that has a route; of files it shows no more than the first `shown` bytes.
    /// - Throws: ``StorageFailure``; ``StorageConnectionLost``; errors of the disk and of the database.
    func answer(
        _ request: StorageRequest, _ route: Route, showing shown: Int64? = nil
    ) async throws -> StorageResponse {
        let caller = try Caller(authorization: request.headers["authorization"])
        switch route.endpoint {
        case .uploadFile:
            let options = try UploadOptions(request, tail: route.tail, limit: limits.uploadBytes)
            return .json(try await uploads.upload(request, options, as: caller))
        case .readFile:
            let body = request.method == "POST" ? try await request.json(upTo: StorageLimits.jsonBytes) : .null
            return try await downloads.read(
                ReadOptions(request, tail: route.tail, body: body), as: caller, showing: shown)
        case .json(let endpoint):
            return .json(try await handler(of: endpoint)(try await request.json(upTo: endpoint.bodyLimit), caller))
        }
    }

    /// What answers an endpoint.
    private func handler(of endpoint: JSONEndpoint) -> (JSONValue, Caller) async throws -> JSONValue {
        switch endpoint {
        case .addFolder: folders.add
        case .getFolder: folders.get
        case .updateFolder: folders.update
        case .deleteFolder: folders.delete
        case .listFolderContent: folders.list
        case .countFolderContent: folders.count
        case .getFileDetails: files.details
        case .updateFileDetails: files.update
        case .deleteFile: files.delete
        case .abortUpload: parts.abort
        case .listParts: parts.list
        case .startMultipartUpload: parts.start
        case .completeMultipartUpload: parts.complete
        case .addToken: tokens.add
        case .getToken: tokens.get
        case .updateToken: tokens.update
        case .deleteToken: tokens.delete
        case .encodeToken: tokens.encode
        case .refreshToken: tokens.refresh
        case .getWorkspaceTokens: tokens.list
        case .countWorkspaceTokens: tokens.count
        case .addPermissionGroup: groups.add
        case .getPermissionGroup: groups.get
        case .updatePermissionGroup: groups.update
        case .deletePermissionGroup: groups.delete
        case .getWorkspacePermissionGroups: groups.list
        case .countWorkspacePermissionGroups: groups.count
        case .assignPermissionGroups: assignments.assign
        case .unassignPermissionGroups: assignments.unassign
        case .getEntityAssignedPermissionGroups: assignments.list
        case .addItems: items.add
        case .deleteItems: items.delete
        case .resolveEntityPermissions: items.resolve
        case .getWorkspace: workspaces.get
        case .getJobStatus: workspaces.jobStatus
        }
    }
}

extension StorageRequest {
    /// The JSON body; `null` when it is empty or not declared to be JSON, which fimidara takes for no members.
    fileprivate func json(upTo limit: Int) async throws -> JSONValue {
        guard HeaderParameters(headers["content-type"] ?? "").value == "application/json" else { return .null }
        let bytes = try await body.collect(upTo: limit)
        return bytes.isEmpty ? .null : try JSONValue(parsing: bytes)
    }
}
