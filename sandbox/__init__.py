"""A local Slack: one company's workspace, spoken to by an app through Slack's own protocol."""
