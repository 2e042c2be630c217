"""What machines read and write: the Hub's papers API and more, tokens, Markdown, MCP, dumps and webhooks."""
