import AppRegistry
import Composition
import Hummingbird
import LogModel
import SdkProvisioning

/// What SDKs call before they write.
struct SdkRoutes: Sendable {
    /// What provisions; `nil` without a file store.
    let provisioner: @Sendable () -> SdkProvisioner?
    let rate: CallRate<TokenID>
    let maxBody: Int
    let figures: RequestFigures

    var routes: [Route] {
        [
            Route(.post, "/v1/sdk/init", .write) { request, context, caller in
                let token = try await admit(caller)
                let body = try await RequestBody(request, context, limit: maxBody, known: ["instanceId", "filePrefix"])
                let provision = try await provision(
                    token, instance: try instance(body), prefix: try body.text("filePrefix"))
                return .json { text in
                    text.add("serverURL", provision.serverURL)
                    text.add("token", provision.credential.secret.reveal { $0 })
                    text.add("folderPath", provision.folderPath.description)
                    text.add("filePrefix", provision.filePrefix.text)
                    text.add("expiresAt", provision.credential.expiresAt)
                    text.add("appId", provision.app.text)
                }
            },
            // The route of the JS SDK that this one stands in for: any body and
            // any parameter is passed over.
            Route(.post, "/api/logs/init", .write, parameters: nil) { _, _, caller in
                let provision = try await provision(try await admit(caller), instance: nil, prefix: nil)
                return .json { text in
                    text.add("fimidaraToken", provision.credential.secret.reveal { $0 })
                    text.add("folderPath", provision.folderPath.description)
                    text.add("filePrefix", provision.filePrefix.text)
                }
            },
        ]
    }

    private func instance(_ body: RequestBody) throws(Problem) -> String? {
        guard let text = try body.text("instanceId") else { return nil }
        guard (1...200).contains(text.utf8.count) else {
            throw .invalid("\"instanceId\" must have 1 to 200 bytes")
        }
        return "instance:" + text
    }

    /// Takes a call of the token's rate, before anything else of the request is looked at.
    private func admit(_ caller: Caller) async throws -> ClientToken {
        guard case .client(let token) = caller else { throw Problem.unauthenticated }
        if let wait = await rate.take(token.id) {
            figures.initEnded(.rateLimited, after: nil)
            throw Problem(
                .initRate, "this token asks for init too often; try again later", retryAfter: wait)
        }
        return token
    }

    private func provision(
        _ token: ClientToken, instance: String?, prefix: String?
    ) async throws -> SdkProvisioner.Provision {
        let start = ContinuousClock.now
        guard let provisioner = provisioner() else {
            figures.initEnded(.failed, after: .zero)
            throw Problem.noFileStore
        }
        do {
            let provision = try await provisioner.provision(
                for: token, instance: instance, keeping: prefix.flatMap { FilePrefix($0) })
            figures.initEnded(.provisioned, after: .now - start)
            return provision
        } catch {
            figures.initEnded(error is TokenRefusal ? .refused : .failed, after: .now - start)
            throw error
        }
    }
}
