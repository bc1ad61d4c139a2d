/// What a call is made for: a run of some kind of work, a request, a command.
///
/// Whoever begins the work says it once; all calls that the work makes are entered with it.
public enum CallPurpose {
    /// What the task at hand does, in few words without values of users: "a run of consume-logs", "POST /v1/sdk/init".
    @TaskLocal public static var current: String?
}
