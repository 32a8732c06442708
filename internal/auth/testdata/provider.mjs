// A certified OpenID provider for interop_test.go: node provider.mjs <redirect URI> <post-logout redirect URI> <secret>.
// It prints its issuer once it listens.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [redirectURI, signedOutURI, secret] = process.argv.slice(2);

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'countersign',
      client_secret: secret,
      redirect_uris: [redirectURI],
      post_logout_redirect_uris: [signedOutURI],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    features: { devInteractions: { enabled: true } },
    findAccount: async (ctx, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id, name: `The person ${id}`, email: `${id}@example.test`, email_verified: true, groups: ['approvers'],
      }),
    }),
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
