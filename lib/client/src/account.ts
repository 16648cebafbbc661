import {
  LogInRequestSchema,
  type LogInResponse,
  LogInResponseSchema,
  LogOutRequestSchema,
  RefreshRequestSchema,
  RefreshResponseSchema,
  SessionService,
} from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { type User as UserMessage, UserSchema } from '@vigie/proto/vigie/access/v1/user_pb.ts';
import {
  ChangePasswordRequestSchema,
  ConfirmEmailRequestSchema,
  GetCurrentUserRequestSchema,
  RegisterRequestSchema,
  RequestPasswordResetRequestSchema,
  ResetPasswordRequestSchema,
  UserService,
} from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import type { CallOptions, Connection } from './connection.ts';
import { messageOf, plainOf } from './plain-messages.ts';
import type { Plain } from './plain-types.ts';

/** A person who logs in with an e-mail address and a password. */
export interface User extends Plain<UserMessage> {}

/** `accessToken` is good for `expiresIn` seconds; `refreshToken` gets the next ones, once. */
export interface SessionTokens extends Plain<LogInResponse> {}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Whose password it is: an address may be a user's in several tenants. */
export interface LogInCredentials extends Credentials {
  /** `default` if absent. */
  readonly tenant?: string | undefined;
}

/** What people do about themselves. What gets them in takes no token, whatever the client has. */
export class Account {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Begins a session. UNAUTHENTICATED `LOGIN_FAILED` if the address or the password is wrong. */
  async logIn(credentials: LogInCredentials, options?: CallOptions): Promise<SessionTokens> {
    const request = messageOf(LogInRequestSchema, credentials);
    return plainOf(LogInResponseSchema, await this.#connection.call(SessionService.method.logIn, request, options));
  }

  /**
   * Goes on with a session. A refresh token is good once, and shown again it ends the session: whoever shares one shows
   * it under a lock. UNAUTHENTICATED `REFRESH_TOKEN_INVALID` if the session is over.
   */
  async refresh(refreshToken: string, options?: CallOptions): Promise<SessionTokens> {
    const request = messageOf(RefreshRequestSchema, { refreshToken });
    return plainOf(RefreshResponseSchema, await this.#connection.call(SessionService.method.refresh, request, options));
  }

  /** Ends a session, by any refresh token of it. Its access token is good until it expires. */
  async logOut(refreshToken: string, options?: CallOptions): Promise<void> {
    const request = messageOf(LogOutRequestSchema, { refreshToken });
    await this.#connection.call(SessionService.method.logOut, request, options);
  }

  /** Asks to become a user. Resolves alike where the address is a user's; a mail says what comes next. */
  async register(credentials: Credentials, options?: CallOptions): Promise<void> {
    await this.#connection.call(UserService.method.register, messageOf(RegisterRequestSchema, credentials), options);
  }

  /** Confirms the address of who has registered, by the token of the mail and the password of the registration. */
  async confirmEmail(
    proof: { readonly token: string; readonly password: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#connection.call(UserService.method.confirmEmail, messageOf(ConfirmEmailRequestSchema, proof), options);
  }

  /** Asks for a mail to set another password, in one tenant. Resolves alike where there is no such user. */
  async requestPasswordReset(
    email: string,
    { tenant, ...options }: CallOptions & Pick<LogInCredentials, 'tenant'> = {},
  ): Promise<void> {
    const request = messageOf(RequestPasswordResetRequestSchema, { email, tenant });
    await this.#connection.call(UserService.method.requestPasswordReset, request, options);
  }

  /** Sets a password by the token of a mail, and ends all sessions of the user. */
  async resetPassword(
    change: { readonly token: string; readonly newPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    const request = messageOf(ResetPasswordRequestSchema, change);
    await this.#connection.call(UserService.method.resetPassword, request, options);
  }

  /** The user who calls. */
  async get(options?: CallOptions): Promise<User> {
    const request = messageOf(GetCurrentUserRequestSchema, {});
    return plainOf(UserSchema, await this.#connection.call(UserService.method.getCurrentUser, request, options));
  }

  /** Changes the password of the user who calls, and ends all its sessions. */
  async changePassword(
    change: { readonly currentPassword: string; readonly newPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    const request = messageOf(ChangePasswordRequestSchema, change);
    await this.#connection.call(UserService.method.changePassword, request, options);
  }
}
