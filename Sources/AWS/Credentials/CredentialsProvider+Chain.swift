import HTTP

extension CredentialsProvider {
    /// For a process that somebody starts, on whatever machine: the places where AWS's own tools look, in their order.
    package init(_ configuration: AWSConfiguration, http: HTTPClient) {
        let environment = configuration.environment
        self.init(
            environment: environment,
            sources: [
                ProfileCredentials(profile: configuration.profile),
                ContainerCredentials(environment: environment, http: http),
            ])
    }
}
