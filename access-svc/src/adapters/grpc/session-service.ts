import { DEFAULT_TENANT } from '@vigie/access/tenants';
import type { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { LogIn, LogOut, Refresh, SessionTokens } from '../../application/log-in.ts';
import { normalEmail } from '../../domain/user.ts';
import { setUser } from './user-service.ts';

export interface SessionServiceParts {
  readonly logIn: LogIn;
  readonly refresh: Refresh;
  readonly logOut: LogOut;
}

export function createSessionService(parts: SessionServiceParts): ServiceImplementation<typeof SessionService> {
  const { logIn, refresh, logOut } = parts;
  return {
    async logIn({ tenant, email, password }, context) {
      const credentials = { tenant: tenant || DEFAULT_TENANT, email: normalEmail(email), password };
      return toProto(await logIn(credentials, context.signal, user => setUser(context, user)));
    },

    async refresh({ refreshToken }, context) {
      // Every quarter of an hour each session does it: a token that was stolen is alone worth keeping.
      return toProto(await refresh(refreshToken, user => setUser(context, user)));
    },

    async logOut({ refreshToken }) {
      await logOut(refreshToken);
      return {};
    },
  };
}

function toProto({ accessToken, refreshToken }: SessionTokens) {
  return { accessToken: accessToken.text, expiresIn: accessToken.lifetimeSeconds, refreshToken };
}
