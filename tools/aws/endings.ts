/** The ways in which a command ends early. */

/**
 * A command that stops before it has changed anything. It says what is missing and what to do about
 * it.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** A command line that makes no sense. */
export class Misuse extends Refusal {}

/** A command that was stopped by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** A deployment that was made, but does not answer correctly. */
export class SmokeTestFailed extends Error {
  override readonly name = 'SmokeTestFailed'
}

/** Terraform failed, and has already said why. */
export class TerraformFailed extends Error {
  override readonly name = 'TerraformFailed'
}
